import { Navigate } from "react-router";

/** Where the product's name leads. */
export function HomePage() {
  return <Navigate to="/label" replace />;
}
