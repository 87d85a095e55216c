import { Menu } from "@mantine/core";
import { Link } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { useOpenAfterMount } from "@/components/menu-on-demand";
import type { MenuPanelProps } from "@/components/menu-on-demand";

import { navigation } from "./navigation";

export function NavigationPanel({ target }: MenuPanelProps) {
  const user = useSignedInUser();
  return (
    <Menu {...useOpenAfterMount()} position="bottom-start" width={220}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        {navigation
          .filter((item) => isAtLeast(user.role, item.role))
          .map((item) => (
            <Menu.Item key={item.path} component={Link} to={item.path}>
              {item.label}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
