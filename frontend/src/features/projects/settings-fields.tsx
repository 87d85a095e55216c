import { Checkbox, NativeSelect, NumberInput, Textarea, TextInput } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";
import type { PriorityMode, ProjectKind } from "@/api/research-types";
import { choicesOf, PRIORITY_MODE_WORDS } from "@/api/words";
import { FieldGrid } from "@/components/field-grid";

import type { SettingsForm } from "./project-settings";

const OVERLAP_MAXIMUM = 50;

interface FieldProps {
  kind: ProjectKind;
  form: SettingsForm;
  messages: FieldMessages;
  onChange: (change: Partial<SettingsForm>) => void;
}

interface WholeNumberProps {
  label: string;
  description: string;
  min: number;
  max: number;
  value: number;
  messages?: string[];
  onChange: (value: number) => void;
}

function WholeNumber({ messages, onChange, ...field }: WholeNumberProps) {
  return (
    <NumberInput
      {...field}
      allowDecimal={false}
      error={messages?.join(" ")}
      onChange={(value) => onChange(Number(value))}
    />
  );
}

function Percent({ max, messages, onChange, ...field }: Omit<WholeNumberProps, "min">) {
  return (
    <NumberInput
      {...field}
      min={0}
      max={max}
      decimalScale={1}
      suffix=" %"
      error={messages?.join(" ")}
      onChange={(value) => onChange(Number(value))}
    />
  );
}

function WhoMayWork({ form, messages, onChange }: FieldProps) {
  return (
    <FieldGrid>
      <TextInput
        label="Languages"
        description="Codes such as de, en, pt-BR. Labelers need every one of them; empty asks for none."
        value={form.languages}
        error={messages.languages?.join(" ")}
        onChange={(event) => onChange({ languages: event.currentTarget.value })}
      />
      <TextInput
        label="Skills"
        description="As they stand on labelers' accounts, separated by commas."
        value={form.skills}
        error={messages.skills?.join(" ")}
        onChange={(event) => onChange({ skills: event.currentTarget.value })}
      />
    </FieldGrid>
  );
}

function Order({ form, messages, onChange }: FieldProps) {
  return (
    <FieldGrid>
      <NativeSelect
        label="What counts more"
        description="Shown to labelers with every task."
        data={choicesOf(PRIORITY_MODE_WORDS)}
        value={form.priorityMode}
        error={messages.priority_mode?.join(" ")}
        onChange={(event) => onChange({ priorityMode: event.currentTarget.value as PriorityMode })}
      />
      <WholeNumber
        label="Urgency"
        description="Labelers who name no project get the highest number first. Holds at once."
        min={-1000}
        max={1000}
        value={form.priority}
        messages={messages.priority}
        onChange={(priority) => onChange({ priority })}
      />
    </FieldGrid>
  );
}

function Amounts({ kind, form, messages, onChange }: FieldProps) {
  return (
    <FieldGrid>
      <WholeNumber
        label="Overlap"
        description="How many labelers answer each task. Tasks that exist keep theirs."
        min={1}
        max={OVERLAP_MAXIMUM}
        value={form.overlap}
        messages={messages.overlap}
        onChange={(overlap) => onChange({ overlap })}
      />
      <WholeNumber
        label="Unclear for so many"
        description="Labelers who skip a task as unclear until it is taken out. Counts from the next skip."
        min={1}
        max={50}
        value={form.unclearSkips}
        messages={messages.unclear_skips_to_retire}
        onChange={(unclearSkips) => onChange({ unclearSkips })}
      />
      {kind !== "demonstration" && (
        <>
          <Percent
            label="Calibration tasks"
            description="This share of new tasks goes to several labelers, who are not told."
            max={100}
            value={form.calibrationPercent}
            messages={messages.calibration_share}
            onChange={(calibrationPercent) => onChange({ calibrationPercent })}
          />
          <WholeNumber
            label="Labelers of a calibration task"
            description="At least the overlap. New tasks only."
            min={1}
            max={OVERLAP_MAXIMUM}
            value={form.calibrationOverlap}
            messages={messages.calibration_overlap}
            onChange={(calibrationOverlap) => onChange({ calibrationOverlap })}
          />
          <Percent
            label="Repeats"
            description="How often a labeler meets an earlier task of their own again, unmarked. Holds at once."
            max={50}
            value={form.repeatPercent}
            messages={messages.repeat_share}
            onChange={(repeatPercent) => onChange({ repeatPercent })}
          />
        </>
      )}
    </FieldGrid>
  );
}

function OfRanking({ form, onChange }: FieldProps) {
  return (
    <Checkbox
      label="Start the order from the ratings"
      description="Labelers rate first; their ratings lay out the first order, which they then correct. Tasks that are open keep the order they have."
      checked={form.seedOrder}
      onChange={(event) => onChange({ seedOrder: event.currentTarget.checked })}
    />
  );
}

function OfWriting({ form, onChange }: FieldProps) {
  return (
    <>
      <Checkbox
        label="Allow empty demonstrations"
        description="For prompts whose best answer is to say nothing."
        checked={form.allowEmpty}
        onChange={(event) => onChange({ allowEmpty: event.currentTarget.checked })}
      />
      <Checkbox
        label="Review before training"
        description="A demonstration trains only once a reviewer has accepted or corrected it, also one that is there already. Snapshots that are frozen stay as they are."
        checked={form.requiresReview}
        onChange={(event) => onChange({ requiresReview: event.currentTarget.checked })}
      />
    </>
  );
}

/** What can be decided at the beginning and changed later; each kind shows what it has a use for. */
export function SettingsFields(props: FieldProps) {
  const { kind, form, messages, onChange } = props;
  return (
    <>
      <Order {...props} />
      <WhoMayWork {...props} />
      <Amounts {...props} />
      <Textarea
        label="Content warning"
        description="Covers each task until the labeler accepts it, and lets them decline at no cost. Empty for none."
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        value={form.contentWarning}
        error={messages.content_warning?.join(" ")}
        onChange={(event) => onChange({ contentWarning: event.currentTarget.value })}
      />
      {kind === "ranking" && <OfRanking {...props} />}
      {kind === "demonstration" && <OfWriting {...props} />}
    </>
  );
}
