import { Drawer, Modal } from "@mantine/core";
import type { DrawerProps, ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";

/** False at first: only what opens after mounting remembers where the focus has to return. */
function useIsMounted(): boolean {
  const [isMounted, setMounted] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setMounted(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return isMounted;
}

export function LibraryModal({ opened, ...props }: ModalProps) {
  return <Modal {...props} opened={useIsMounted() && opened} />;
}

export function LibraryDrawer({ opened, ...props }: DrawerProps) {
  return <Drawer {...props} opened={useIsMounted() && opened} />;
}
