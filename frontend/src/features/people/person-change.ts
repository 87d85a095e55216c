import type { Person, PersonChange } from "@/api/research-types";
import { POOL_WORDS, ROLE_WORDS } from "@/api/words";

import { wordsOf } from "./profile-fields";
import type { ProfileForm } from "./profile-fields";

export type PersonSettings = Pick<Person, "role" | "pool" | "is_active"> & ProfileForm;

export function settingsOf(person: Person): PersonSettings {
  return {
    role: person.role,
    pool: person.pool,
    is_active: person.is_active,
    languages: person.languages.join(", "),
    skills: person.skills.join(", "),
    vendor: person.vendor,
  };
}

function isSame(before: string[], words: string[]): boolean {
  return before.join("\n") === words.join("\n");
}

/** Only what differs: what was not touched is left to whoever else may be changing it. */
export function changeOf(person: Person, settings: PersonSettings): PersonChange {
  const languages = wordsOf(settings.languages);
  const skills = wordsOf(settings.skills);
  return {
    ...(settings.role === person.role ? {} : { role: settings.role }),
    ...(settings.pool === person.pool ? {} : { pool: settings.pool }),
    ...(settings.is_active === person.is_active ? {} : { is_active: settings.is_active }),
    ...(isSame(person.languages, languages) ? {} : { languages }),
    ...(isSame(person.skills, skills) ? {} : { skills }),
    ...(settings.vendor.trim() === person.vendor ? {} : { vendor: settings.vendor.trim() }),
  };
}

/** What a change will do, in sentences to read before confirming it. */
export function consequencesOf({ display_name: name }: Person, change: PersonChange): string[] {
  const sentences: string[] = [];
  if (change.role) {
    sentences.push(`${name} becomes ${ROLE_WORDS[change.role].toLowerCase()} and has to sign in again.`);
  }
  if (change.pool) {
    sentences.push(`${name} sees the projects of the ${POOL_WORDS[change.pool].toLowerCase()} pool instead.`);
  }
  if (change.is_active === false) {
    sentences.push(`${name} is signed out everywhere at once; their tokens and links stop working.`);
  }
  if (change.is_active === true) {
    sentences.push(`${name} may sign in again with a new sign-in link.`);
  }
  return sentences;
}
