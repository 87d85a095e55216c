import { Textarea, TextInput } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";

export interface InstructionsText {
  title: string;
  body: string;
}

/** What labelers read before their first task. */
export function InstructionsFields({
  instructions,
  messages,
  family = "",
  onChange,
}: {
  instructions: InstructionsText;
  messages: FieldMessages;
  /** What stands before the fields' names in the server's messages. */
  family?: string;
  onChange: (change: Partial<InstructionsText>) => void;
}) {
  return (
    <>
      <TextInput
        label="Title of the instructions"
        maxLength={160}
        value={instructions.title}
        error={messages[`${family}title`]?.join(" ")}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
      />
      <Textarea
        label="Instructions"
        description="Written in Markdown. Every labeler reads and acknowledges them first."
        autosize
        minRows={8}
        maxRows={24}
        maxLength={100_000}
        value={instructions.body}
        error={messages[`${family}body`]?.join(" ")}
        onChange={(event) => onChange({ body: event.currentTarget.value })}
      />
    </>
  );
}
