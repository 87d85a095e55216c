import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { sessionQuery } from "@/api/session";

/** Asks for the CSRF cookie first: a person who opens a link has never been here before. */
function useEnterWith<Input>(
  send: (input: Input) => Promise<unknown>,
  destination: string,
) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (input: Input) => {
      await queryClient.ensureQueryData(sessionQuery);
      return send(input);
    },
    onSuccess: async () => {
      // Nothing of the person signed in before may stay on screen.
      queryClient.clear();
      await queryClient.fetchQuery(sessionQuery);
      await navigate(destination, { replace: true });
    },
  });
}

export function useRedeemLink(destination: string) {
  return useEnterWith(
    (token: string) => bodyOf(api.POST("/api/session/redeem/", { body: { token } })),
    destination,
  );
}

export function useAcceptInvitation() {
  return useEnterWith(
    (answer: { token: string; display_name: string }) =>
      bodyOf(api.POST("/api/invitations/accept/", { body: answer })),
    // Who needs no screening is sent on from there to their start page.
    "/screening",
  );
}
