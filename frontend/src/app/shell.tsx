import { Burger } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, matchPath, NavLink, Outlet, useLocation } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { MenuOnDemand, menuPanel } from "@/components/menu-on-demand";

import { AccountMenu } from "./account-menu";
import { itemsFor } from "./navigation";
import type { NavigationGroup, NavigationItem } from "./navigation";
import classes from "./shell.module.css";

const panels = () => import("./navigation-panel");
const NavigationPanel = menuPanel(async () => (await panels()).NavigationPanel);
const GROUP_PANELS = {
  own: menuPanel(async () => (await panels()).OwnPanel),
  figures: menuPanel(async () => (await panels()).FiguresPanel),
  people: menuPanel(async () => (await panels()).PeoplePanel),
};

function PageLink({ item }: { item: NavigationItem }) {
  const { t } = useTranslation("common");
  return (
    <NavLink to={item.path} className={classes.link}>
      {t(`navigation.${item.name}`)}
    </NavLink>
  );
}

/** Several pages behind one entry, which is marked while one of them is open. */
function PageGroup({ group, items }: { group: NavigationGroup; items: NavigationItem[] }) {
  const { t } = useTranslation("common");
  const { pathname } = useLocation();
  const isHere = items.some(
    (item) => item.group === group && matchPath({ path: item.path, end: false }, pathname),
  );
  return (
    <MenuOnDemand
      panel={GROUP_PANELS[group]}
      button={(props) => (
        <button type="button" className={classes.group} data-here={isHere || undefined} {...props}>
          {t(`navigationGroups.${group}`)}
        </button>
      )}
    />
  );
}

function MainPages({ items }: { items: NavigationItem[] }) {
  const isLabeler = !isAtLeast(useSignedInUser().role, "researcher");
  if (isLabeler) return items.map((item) => <PageLink key={item.path} item={item} />);
  return (
    <>
      <PageGroup group="own" items={items} />
      {items
        .filter(({ group }) => group === undefined)
        .map((item) => (
          <PageLink key={item.path} item={item} />
        ))}
      <PageGroup group="figures" items={items} />
      <PageGroup group="people" items={items} />
    </>
  );
}

/** The frame round every page but the workplace: name, navigation by role, account. */
export function Shell() {
  const { t } = useTranslation("common");
  const items = itemsFor(useSignedInUser().role);

  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        {t("shell.skip")}
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.name}>
          Concord
        </Link>
        <nav className={classes.wide} aria-label={t("shell.main")}>
          <MainPages items={items} />
        </nav>
        <div className={classes.narrow}>
          <MenuOnDemand
            panel={NavigationPanel}
            button={(props) => <Burger size="sm" aria-label={t("shell.navigation")} {...props} />}
          />
        </div>
        <AccountMenu />
      </header>
      <main id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
    </div>
  );
}
