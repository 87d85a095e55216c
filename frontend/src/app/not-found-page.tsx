import { Anchor } from "@mantine/core";
import { Link } from "react-router";

import { StatePage } from "@/components/state-page";

export function NotFoundPage() {
  return (
    <StatePage title="There is no page at this address">
      The link may be old or incomplete.{" "}
      <Anchor component={Link} to="/">
        Go to your start page
      </Anchor>
      .
    </StatePage>
  );
}
