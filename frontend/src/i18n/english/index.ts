import { assignments } from "./assignments";
import { common } from "./common";
import { demonstrations } from "./demonstrations";
import { promptWriting } from "./prompt-writing";
import { questions } from "./questions";
import { rankings } from "./rankings";
import { reviews } from "./reviews";
import { screening } from "./screening";
import { session } from "./session";
import { surveys } from "./surveys";
import { workplace } from "./workplace";

/** Every text of the interface, one namespace for each feature. */
export const english = {
  assignments,
  common,
  demonstrations,
  promptWriting,
  questions,
  rankings,
  reviews,
  screening,
  session,
  surveys,
  workplace,
} as const;
