import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { KeptFocus } from "./kept-focus";

interface Growing {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Asks for the next page of a list; gone when there is none. */
export function MoreButton({ list }: { list: Growing }) {
  const { t } = useTranslation("common");
  return (
    <KeptFocus label={t("endOfList")}>
      {list.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t("more")}
        </Button>
      )}
    </KeptFocus>
  );
}
