import { Menu, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { api, done } from "@/api/client";
import { sentenceFor } from "@/api/errors";
import { sessionQuery, useSignedInUser } from "@/api/session";
import { useOpenAfterMount } from "@/components/menu-on-demand";
import type { MenuPanelProps } from "@/components/menu-on-demand";

type Scheme = "light" | "dark" | "auto";

function useSignOut() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => done(api.POST("/api/session/sign-out/")),
    onSuccess: async () => {
      // The start page first: whoever signs in next must not land where this person left.
      await navigate("/", { replace: true });
      queryClient.setQueryData(sessionQuery.queryKey, (session) =>
        session ? { ...session, user: null } : session,
      );
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
    },
  });
}

export function AccountPanel({ target }: MenuPanelProps) {
  const { t } = useTranslation("common");
  const user = useSignedInUser();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  return (
    <Menu {...useOpenAfterMount()} position="bottom-end" width={240} closeOnItemClick={false}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <SegmentedControl<Scheme>
          fullWidth
          size="xs"
          aria-label={t("shell.scheme")}
          data={[
            { value: "light", label: t("shell.light") },
            { value: "dark", label: t("shell.dark") },
            { value: "auto", label: t("shell.system") },
          ]}
          value={colorScheme}
          onChange={setColorScheme}
        />
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate()} disabled={signOut.isPending}>
          {t("shell.signOut")}
        </Menu.Item>
        {signOut.isError && <Menu.Label role="alert">{sentenceFor(signOut.error)}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
