import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { isLive } from "@/api/runs";
import type { Run } from "@/api/training-types";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { LoadingShape } from "@/components/loading-shape";
import { Section } from "@/components/section";

import { runLogQuery } from "./run-log";
import type { KnownLog } from "./run-log";
import classes from "./run-page.module.css";

/** Where the page of a run has its log. */
export const LOG_ID = "log";
const NEAR_THE_END_PX = 24;

function LogText({ log, isFollowing, onFollow }: {
  log: KnownLog;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
}) {
  const box = useRef<HTMLPreElement>(null);

  useEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [isFollowing, log.text]);

  function noticeScrolling() {
    if (!box.current) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    onFollow(scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX);
  }

  return (
    <>
      {log.is_cut && <p className={classes.quiet}>The beginning is left out.</p>}
      <pre
        ref={box}
        id={LOG_ID}
        className={classes.log}
        onScroll={noticeScrolling}
        // Scrollable by keyboard as well.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label="Log of the run"
      >
        {log.text}
      </pre>
    </>
  );
}

/** The end of what the trainer printed. It follows until somebody scrolls up to read. */
export function RunLogView({ run }: { run: Run }) {
  const [isFollowing, setIsFollowing] = useState(true);
  const log = useQuery(runLogQuery(run.id, isLive(run.state)));
  const hasText = (log.data?.text ?? "") !== "";
  return (
    <Section
      title="Log"
      actions={
        hasText &&
        isLive(run.state) && (
          <Button
            size="compact-sm"
            variant="default"
            aria-pressed={isFollowing}
            onClick={() => setIsFollowing(!isFollowing)}
          >
            {isFollowing ? "Stop following" : "Follow the end"}
          </Button>
        )
      }
    >
      <Loaded query={log} skeleton={<LoadingShape height={120} />}>
        {(known) =>
          known.text === "" ? (
            <div id={LOG_ID}>
              <EmptyNote title={isLive(run.state) ? "Nothing has been printed yet" : "Nothing was printed"} />
            </div>
          ) : (
            <LogText log={known} isFollowing={isFollowing} onFollow={setIsFollowing} />
          )
        }
      </Loaded>
    </Section>
  );
}
