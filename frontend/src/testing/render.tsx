import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import type { RouteObject } from "react-router";

import { makeQueryClient, Providers } from "@/app/providers";
import { routes as applicationRoutes } from "@/app/router";

function renderRoutes(routes: RouteObject[], path: string) {
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const view = render(
    <Providers queryClient={makeQueryClient()}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return { ...view, router, user: userEvent.setup() };
}

/** The whole application at an address, as the browser would open it. */
export function renderApp(path: string) {
  return renderRoutes(applicationRoutes, path);
}

/** One element inside everything it may ask for: theme, queries, an address. */
export function renderElement(element: ReactNode) {
  return renderRoutes([{ path: "*", element }], "/");
}
