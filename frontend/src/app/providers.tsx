import { DirectionProvider, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ReactNode } from "react";

import { whenUnauthenticated } from "@/api/client";
import { ApiError } from "@/api/errors";
import { sessionQuery } from "@/api/session";
import { direction } from "@/i18n";

import { colorSchemeManager, resolveVariables, theme } from "./theme";

const MAX_RETRIES = 2;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A refusal stays a refusal; only a server that stumbled or is away is asked again.
        retry: (count, error) =>
          count < MAX_RETRIES && error instanceof ApiError && error.isTransient,
        // The browser's own idea of being online is often wrong: the request itself finds out.
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

export function Providers({
  queryClient,
  children,
}: {
  queryClient: QueryClient;
  children: ReactNode;
}) {
  useEffect(() => {
    whenUnauthenticated(() => {
      queryClient.setQueryData(sessionQuery.queryKey, (session) =>
        session ? { ...session, user: null } : session,
      );
    });
  }, [queryClient]);

  return (
    <DirectionProvider initialDirection={direction()} detectDirection={false}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={resolveVariables}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
      >
        <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  );
}
