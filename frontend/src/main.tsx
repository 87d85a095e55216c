import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";

import { makeQueryClient, Providers } from "@/app/providers";
import { routes } from "@/app/router";
import { startTexts } from "@/i18n";

import "@/app/theme.css";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no root element");

startTexts();
createRoot(root).render(
  <StrictMode>
    <Providers queryClient={makeQueryClient()}>
      <RouterProvider router={createBrowserRouter(routes)} />
    </Providers>
  </StrictMode>,
);
