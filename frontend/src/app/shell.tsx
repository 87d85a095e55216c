import { Burger } from "@mantine/core";
import { Link, NavLink, Outlet } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { MenuOnDemand, menuPanel } from "@/components/menu-on-demand";

import { AccountMenu } from "./account-menu";
import { navigation } from "./navigation";
import classes from "./shell.module.css";

const NavigationPanel = menuPanel(
  async () => (await import("./navigation-panel")).NavigationPanel,
);

/** The frame round every page but the workplace: name, navigation by role, account. */
export function Shell() {
  const user = useSignedInUser();
  const items = navigation.filter((item) => isAtLeast(user.role, item.role));

  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.name}>
          Concord
        </Link>
        <nav className={classes.wide} aria-label="Main">
          {items.map((item) => (
            <NavLink key={item.path} to={item.path} className={classes.link}>
              {item.label}
            </NavLink>
          ))}
        </nav>
        <div className={classes.narrow}>
          <MenuOnDemand
            panel={NavigationPanel}
            button={(props) => <Burger size="sm" aria-label="Navigation" {...props} />}
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
