import { Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import { DialogFoot } from "@/components/dialog-foot";
import { ProblemNote } from "@/components/problem-note";

import { useRegisterModel } from "./model-queries";
import type { LocalModel } from "./model-queries";

const SHOWN_FIELDS = ["name", "path", "licence", "source"];
const NEEDED = [
  { name: "path", words: "the folder" },
  { name: "name", words: "the name" },
  { name: "licence", words: "the licence" },
] as const;
const NOTHING: LocalModel = { name: "", path: "", licence: "", source: "" };

function RegisterForm({ onClose }: { onClose: () => void }) {
  const [model, setModel] = useState(NOTHING);
  const register = useRegisterModel();
  const fields = register.error instanceof ApiError ? register.error.fields : {};
  const missing = NEEDED.find(({ name }) => model[name].trim() === "");

  function field(name: keyof LocalModel) {
    return {
      value: model[name],
      error: fields[name]?.join(" "),
      onChange: (event: { currentTarget: { value: string } }) => {
        const { value } = event.currentTarget;
        setModel((before) => ({ ...before, [name]: value }));
      },
    };
  }

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    register.mutate(model);
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {register.isError && (
          <ProblemNote error={register.error} title="The model was not registered" shownFields={SHOWN_FIELDS} />
        )}
        <TextInput
          label="Folder on the server"
          description="A Hugging Face folder with safetensors weights and a tokenizer. Code in it is refused."
          spellCheck={false}
          data-autofocus
          {...field("path")}
        />
        <TextInput label="Name" maxLength={160} {...field("name")} />
        <TextInput
          label="Licence"
          description="As its makers call it, such as Apache-2.0. Trained versions inherit it."
          maxLength={200}
          {...field("licence")}
        />
        <TextInput
          label="Source (optional)"
          description="Who made it, such as HuggingFaceTB/SmolLM2-135M."
          maxLength={300}
          {...field("source")}
        />
        <DialogFoot
          action="Register"
          blocked={missing === undefined ? null : `Still to fill in: ${missing.words}.`}
          isPending={register.isPending}
          onLeave={onClose}
        />
      </Stack>
    </form>
  );
}

/** Files a folder of weights on the server as a base model. */
export function RegisterModel({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Register a model" centered>
      <RegisterForm onClose={onClose} />
    </Modal>
  );
}
