import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider } from "react-router";
import type { RouteObject } from "react-router";

import { makeQueryClient, Providers } from "@/app/providers";
import { routes } from "@/app/router";

/** The whole application at an address, as the browser would open it. */
export function renderApp(path: string) {
  return renderRoutes(routes, path);
}

/** These pages alone, with everything round them that the application gives its own. */
export function renderRoutes(routes: RouteObject[], path: string) {
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const view = render(
    <Providers queryClient={makeQueryClient()}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return { ...view, router, user: userEvent.setup() };
}
