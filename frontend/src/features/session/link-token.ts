export interface Link {
  token: string;
  page: "sign-in" | "join";
}

/** The token in a URL fragment such as `#token=abc`; null where there is none. */
export function tokenInFragment(fragment: string): string | null {
  const token = new URLSearchParams(fragment.replace(/^#/, "")).get("token");
  return token && token.length > 0 ? token : null;
}

/** What a person pasted: the whole link, its tail, or only the token. */
export function readPastedLink(pasted: string): Link | null {
  const text = pasted.trim();
  const hash = text.indexOf("#");
  if (hash >= 0) {
    const token = tokenInFragment(text.slice(hash));
    if (!token) return null;
    return { token, page: /\/join\/?$/.test(text.slice(0, hash)) ? "join" : "sign-in" };
  }
  if (text === "" || /[\s/]/.test(text)) return null;
  return { token: text.replace(/^token=/, ""), page: "sign-in" };
}

/** Takes the token out of the address bar, the history and anything that copies the address. */
export function takeTokenFromAddress(): string | null {
  const token = tokenInFragment(window.location.hash);
  if (window.location.hash) {
    window.history.replaceState(
      window.history.state,
      "",
      window.location.pathname + window.location.search,
    );
  }
  return token;
}
