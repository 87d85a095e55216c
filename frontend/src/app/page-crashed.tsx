import { Button } from "@mantine/core";

import { StatePage } from "@/components/state-page";

/** What is left when a page throws while it is drawn. Drafts live outside the page and survive. */
export function PageCrashed() {
  return (
    <StatePage
      title="This page stopped working"
      actions={<Button onClick={() => window.location.reload()}>Reload</Button>}
    >
      Nothing you entered is lost: drafts are kept in this browser and on the server. If it happens
      again, tell the people who run this site what you were doing.
    </StatePage>
  );
}
