import { TextInput } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";

/** As it is typed: words with commas between them. */
export interface ProfileForm {
  languages: string;
  skills: string;
  vendor: string;
}

/** "en, pt-BR" -> ["en", "pt-BR"] */
export function wordsOf(written: string): string[] {
  return written
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function messageOf(messages: FieldMessages, field: string): string | undefined {
  // A list's message names the place in it: "languages.0".
  const found = Object.entries(messages).find(([name]) => name === field || name.startsWith(`${field}.`));
  return found?.[1].join(" ");
}

/** Which tasks somebody can be given, and who sent them. */
export function ProfileFields({
  value,
  messages,
  hasSkills = true,
  onChange,
}: {
  value: ProfileForm;
  messages: FieldMessages;
  /** An invitation has none: they are found out later. */
  hasSkills?: boolean;
  onChange: (change: Partial<ProfileForm>) => void;
}) {
  return (
    <>
      <TextInput
        label="Languages"
        description="Codes with commas between them, such as en, pt-BR. Projects may ask for them."
        value={value.languages}
        error={messageOf(messages, "languages")}
        onChange={(event) => onChange({ languages: event.currentTarget.value })}
      />
      {hasSkills && (
        <TextInput
          label="Skills"
          description="Words with commas between them, such as law, python. Projects may ask for them."
          value={value.skills}
          error={messageOf(messages, "skills")}
          onChange={(event) => onChange({ skills: event.currentTarget.value })}
        />
      )}
      <TextInput
        label="Vendor"
        description="Who sends them, if anybody. Hidden while a screening is decided."
        maxLength={120}
        value={value.vendor}
        error={messages.vendor?.join(" ")}
        onChange={(event) => onChange({ vendor: event.currentTarget.value })}
      />
    </>
  );
}
