import { assignments } from "./assignments";
import { common } from "./common";
import { questions } from "./questions";
import { rankings } from "./rankings";
import { workplace } from "./workplace";

/** Every text of the interface, one namespace for each feature. */
export const english = { assignments, common, questions, rankings, workplace } as const;
