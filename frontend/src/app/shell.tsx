import { Burger } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { MenuOnDemand, menuPanel } from "@/components/menu-on-demand";

import { AccountMenu } from "./account-menu";
import { itemAt, itemsFor } from "./navigation";
import type { NavigationGroup, NavigationItem } from "./navigation";
import classes from "./shell.module.css";

const panels = () => import("./navigation-panel");
const NavigationPanel = menuPanel(async () => (await panels()).NavigationPanel);
const GROUP_PANELS = {
  own: menuPanel(async () => (await panels()).OwnPanel),
  figures: menuPanel(async () => (await panels()).FiguresPanel),
  people: menuPanel(async () => (await panels()).PeoplePanel),
};

function PageLink({ item, here }: { item: NavigationItem; here?: NavigationItem }) {
  const { t } = useTranslation("common");
  return (
    <Link to={item.path} className={classes.link} aria-current={item === here ? "page" : undefined}>
      {t(`navigation.${item.name}`)}
    </Link>
  );
}

/** Several pages behind one entry, which is marked while one of them is open. */
function PageGroup({ group, here }: { group: NavigationGroup; here?: NavigationItem }) {
  const { t } = useTranslation("common");
  const isHere = here?.group === group;
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
  const { pathname } = useLocation();
  const here = itemAt(items, pathname);
  const isLabeler = !isAtLeast(useSignedInUser().role, "researcher");
  if (isLabeler) return items.map((item) => <PageLink key={item.path} item={item} here={here} />);
  return (
    <>
      <PageGroup group="own" here={here} />
      {items
        .filter(({ group }) => group === undefined)
        .map((item) => (
          <PageLink key={item.path} item={item} here={here} />
        ))}
      <PageGroup group="figures" here={here} />
      <PageGroup group="people" here={here} />
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
