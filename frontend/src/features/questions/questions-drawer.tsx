import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { QuestionsProps } from "@/api/assignments";
import { Drawer } from "@/components/dialogs";
import { EmptyNote } from "@/components/empty-note";
import { SearchFilter } from "@/components/search-filter";

import { AskForm } from "./ask-form";
import { QuestionList } from "./question-list";
import classes from "./questions.module.css";

/** The project's questions beside the work, and the form to ask one about the task at hand. */
export function QuestionsDrawer({ assignment, isOpen, onClose }: QuestionsProps) {
  const { t } = useTranslation("questions");
  const [search, setSearch] = useState("");
  const { project } = assignment;
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      title={t("ofProject", { project: project.name })}
      position="right"
      size="lg"
      transitionProps={{ duration: 0 }}
    >
      <div className={classes.drawer}>
        <AskForm projectId={project.id} assignmentId={assignment.id} />
        <SearchFilter label={t("search")} value={search} onChange={setSearch} />
        <QuestionList
          label={t("ofProject", { project: project.name })}
          filters={{ project: project.id, search }}
          empty={
            search === "" ? (
              <EmptyNote title={t("none")}>{t("noneWords")}</EmptyNote>
            ) : (
              <EmptyNote title={t("noneFound")}>{t("noneFoundWords")}</EmptyNote>
            )
          }
        />
      </div>
    </Drawer>
  );
}
