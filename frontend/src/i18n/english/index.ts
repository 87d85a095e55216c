import { common } from "./common";
import { questions } from "./questions";

/** Every text of the interface, one namespace for each feature. */
export const english = { common, questions } as const;
