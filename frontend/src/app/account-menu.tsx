import { Button } from "@mantine/core";

import { useSignedInUser } from "@/api/session";
import { MenuOnDemand, menuPanel } from "@/components/menu-on-demand";

const AccountPanel = menuPanel(async () => (await import("./account-panel")).AccountPanel);

export function AccountMenu() {
  const user = useSignedInUser();
  return (
    <MenuOnDemand
      panel={AccountPanel}
      button={(props) => (
        <Button variant="subtle" size="compact-md" {...props}>
          {user.display_name}
        </Button>
      )}
    />
  );
}
