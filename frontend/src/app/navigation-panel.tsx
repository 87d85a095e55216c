import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useSignedInUser } from "@/api/session";
import { useOpenAfterMount } from "@/components/menu-on-demand";
import type { MenuPanelProps } from "@/components/menu-on-demand";

import { itemsFor } from "./navigation";
import type { NavigationGroup } from "./navigation";

/** The pages of one group, or all of them. */
function panelOf(group?: NavigationGroup) {
  return function Panel({ target }: MenuPanelProps) {
    const { t } = useTranslation("common");
    const items = itemsFor(useSignedInUser().role);
    return (
      <Menu {...useOpenAfterMount()} position="bottom-start" width={220}>
        <Menu.Target>{target}</Menu.Target>
        <Menu.Dropdown>
          {items
            .filter((item) => !group || item.group === group)
            .map((item) => (
              <Menu.Item key={item.path} component={Link} to={item.path}>
                {t(`navigation.${item.name}`)}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
    );
  };
}

export const NavigationPanel = panelOf();
export const OwnPanel = panelOf("own");
export const FiguresPanel = panelOf("figures");
export const PeoplePanel = panelOf("people");
