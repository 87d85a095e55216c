/** The door: signing in with a link, joining by an invitation. */
export const session = {
  signIn: "Sign in",
  checking: "Checking your link",
  unreachable: "The server cannot be reached",
  checkConnection: "Check your connection; your link is not used up.",
  noPasswords:
    "Concord has no passwords. Open the link you were given, or paste it here. A link works once; ask an admin for a new one whenever you need it.",
  yourLink: "Your sign-in link",
  notALink: "That is not a sign-in link. Copy the whole line, up to the end of its token.",
  join: "Join",
  joinTitle: "Join Concord",
  incomplete:
    "This address is not complete. Open the whole invitation link that you were given; it ends in a long token.",
  yourName: "Your name",
  yourNameHelp: "Shown to the researchers beside your answers.",
  yourNameWhenScreened: "If you go through a screening first, whoever decides about it does not see your name.",
  problem: {
    failed: "Signing in failed",
    unreachable: "The server cannot be reached",
    stumbled: "The server stumbled",
    inactive: "This account is switched off",
    exists: "You have an account already",
    expired: "This link has expired",
    used: "This link was used before",
    unknown: "This link is not known",
    notUsedUp: "Your link is not used up; try again.",
  },
} as const;
