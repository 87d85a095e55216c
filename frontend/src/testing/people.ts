import type { Session, User } from "@/api/types";

export const amina: User = {
  id: 7,
  email: "amina@example.org",
  display_name: "Amina Osei",
  role: "labeler",
  pool: "training",
  is_simulated: false,
};

export const ruth: User = {
  id: 2,
  email: "ruth@example.org",
  display_name: "Ruth Adler",
  role: "researcher",
  pool: "training",
  is_simulated: false,
};

export function sessionOf(user: User | null): Session {
  return { user, take_back_seconds: 600 };
}
