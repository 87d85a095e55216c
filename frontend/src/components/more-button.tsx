import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Growing {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Asks for the next page of a list; gone when there is none. */
export function MoreButton({ list }: { list: Growing }) {
  const { t } = useTranslation("common");
  if (!list.hasNextPage) return null;
  return (
    <Button
      variant="default"
      mt="md"
      loading={list.isFetchingNextPage}
      onClick={() => void list.fetchNextPage()}
    >
      {t("more")}
    </Button>
  );
}
