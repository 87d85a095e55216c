import { Link } from "react-router";

import type { DraftState } from "@/api/draft-keeper";

import { Banner } from "./banner";

/** What a person at work must know when their draft is not safely on the server. */
export function DraftBanner({ state }: { state: DraftState<unknown> }) {
  switch (state.status) {
    case "unreachable":
      return (
        <Banner tone="caution">
          No connection to the server. Go on working: everything is kept in this browser and saved
          as soon as the server answers.
        </Banner>
      );
    case "closed":
      return (
        <Banner tone="danger">
          {state.problem} What you see here is kept in this browser.{" "}
          <Link to="/history">See your answers</Link>.
        </Banner>
      );
    case "refused":
      return (
        <Banner tone="danger">
          The server did not save this draft: {state.problem} It is kept in this browser.
        </Banner>
      );
    default:
      return state.isLeaseLost ? (
        <Banner tone="caution">
          This task is no longer held for you, and someone else may take it over. Your answer is
          kept; finish and submit it, and it is counted if it is still needed.
        </Banner>
      ) : null;
  }
}
