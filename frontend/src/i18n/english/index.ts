import { common } from "./common";

/** Every text of the interface, one namespace for each feature. */
export const english = { common } as const;
