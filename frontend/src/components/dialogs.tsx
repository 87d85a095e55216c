import type { DrawerProps, ModalProps } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { ComponentType } from "react";

const LibraryModal = lazy(async () => ({
  default: (await import("./library-dialogs")).LibraryModal,
}));
const LibraryDrawer = lazy(async () => ({
  default: (await import("./library-dialogs")).LibraryDrawer,
}));

interface OnDemandProps<Props> {
  Dialog: ComponentType<Props>;
  dialog: Props;
}

/** Once opened a dialog stays, so that it can close with its own grace. */
function OnDemand<Props extends { opened: boolean }>({ Dialog, dialog }: OnDemandProps<Props>) {
  const [wasOpened, setWasOpened] = useState(dialog.opened);
  if (dialog.opened && !wasOpened) setWasOpened(true);
  if (!wasOpened) return null;
  return (
    <Suspense fallback={null}>
      <Dialog {...dialog} />
    </Suspense>
  );
}

/** The library's modal. Its code comes with the first one that opens: no page begins with one. */
export function Modal(props: ModalProps) {
  return <OnDemand Dialog={LibraryModal} dialog={props} />;
}

/** The library's drawer, on the same terms. */
export function Drawer(props: DrawerProps) {
  return <OnDemand Dialog={LibraryDrawer} dialog={props} />;
}
