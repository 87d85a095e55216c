import { useLocalStorage } from "@mantine/hooks";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import { MarkdownText } from "@/components/markdown-text";
import { ViewToggle } from "@/components/view-toggle";

import classes from "./answer-editor.module.css";
import { VersionsMenu } from "./versions-menu";

type View = "write" | "both" | "preview";
const VIEWS = { write: "viewWrite", both: "viewBoth", preview: "viewPreview" } as const;

/** The browser's name for what just happened to the text; none where a program did it. */
function inputTypeOf(event: Event): string | undefined {
  return event instanceof InputEvent ? event.inputType : undefined;
}

/** Where an answer is written in plain Markdown, read as it will be read, or both side by side. */
export function AnswerEditor({
  assignmentId,
  editor,
  text,
  isReadOnly,
  onWrite,
  onRestore,
}: {
  assignmentId: string;
  editor: RefObject<HTMLTextAreaElement | null>;
  text: string;
  isReadOnly: boolean;
  onWrite: (text: string, inputType: string | undefined) => void;
  onRestore: (text: string) => void;
}) {
  const { t } = useTranslation("demonstrations");
  const [view, setView] = useLocalStorage<View>({
    key: "concord:answer-view",
    defaultValue: "write",
    getInitialValueInEffect: false,
  });
  return (
    <>
      <header className={classes.head}>
        <label className={classes.label} htmlFor="answer">
          {t("yourAnswer")}
        </label>
        <div className={classes.tools}>
          <VersionsMenu assignmentId={assignmentId} text={text} onRestore={onRestore} />
          <ViewToggle
            label={t("view")}
            views={(Object.keys(VIEWS) as View[]).map((one) => ({ value: one, label: t(VIEWS[one]) }))}
            chosen={view}
            onChoose={setView}
          />
        </div>
      </header>
      <div className={classes.panes} data-view={view}>
        {/* Hidden, not gone: the caret and the browser's own undo survive a look at the preview. */}
        <textarea
          ref={editor}
          id="answer"
          className={classes.editor}
          value={text}
          dir="auto"
          spellCheck
          hidden={view === "preview"}
          placeholder={t("placeholder")}
          readOnly={isReadOnly}
          onChange={(event) => onWrite(event.currentTarget.value, inputTypeOf(event.nativeEvent))}
        />
        {view !== "write" && (
          <section
            className={classes.preview}
            aria-label={t("preview")}
            // A scrolled region must be reachable by key.
            // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            tabIndex={0}
          >
            <MarkdownText text={text} />
          </section>
        )}
      </div>
    </>
  );
}
