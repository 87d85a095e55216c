import { Anchor, Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import type { ModelVersionDetail, Promotion, Promotions } from "@/api/training-types";
import { VERSION_STAGE_WORDS } from "@/api/words";
import { formatDateTime } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { LoadingShape } from "@/components/loading-shape";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";

import { evidenceWords } from "./evidence-words";
import { promotionsQuery } from "./model-queries";
import { PromoteDialog } from "./promote-dialog";
import classes from "./promotions.module.css";
import { RollBackDialog } from "./roll-back-dialog";

function Actions({ model, promotions }: { model: ModelVersionDetail; promotions: Promotions }) {
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const [isPromoting, promoting] = useDisclosure(false);
  const [isRollingBack, rollingBack] = useDisclosure(false);
  const earlier = promotions.history[0]?.replaces;
  if (!isAdmin) return null;
  return (
    <Group gap="sm">
      <Link to={`/audit?kind=modelversion&id=${model.id}`}>Audit trail</Link>
      {promotions.can_roll_back && earlier && (
        <>
          <Button variant="default" onClick={rollingBack.open}>
            Roll back
          </Button>
          <RollBackDialog
            model={model}
            earlier={earlier.name}
            isOpen={isRollingBack}
            onClose={rollingBack.close}
          />
        </>
      )}
      <Button variant="default" onClick={promoting.open}>
        Promote
      </Button>
      <PromoteDialog
        model={model}
        promotions={promotions}
        isOpen={isPromoting}
        onClose={promoting.close}
      />
    </Group>
  );
}

function Step({ step }: { step: Promotion }) {
  return (
    <li>
      <time className={classes.when} dateTime={step.promoted_at}>
        {formatDateTime(step.promoted_at)}
      </time>
      <div>
        <b>{VERSION_STAGE_WORDS[step.stage].label}</b>
        <span className={classes.quiet}>, by {step.promoted_by.display_name}</span>
        {step.replaces && (
          <span>
            , in place of{" "}
            <Anchor component={Link} to={`/models/${step.replaces.id}`}>
              {step.replaces.name}
            </Anchor>
          </span>
        )}
        {step.evidence && (
          <div>
            {step.evaluation && (
              <>
                <Anchor component={Link} to={`/evaluations/${step.evaluation.id}`}>
                  {step.evaluation.name}
                </Anchor>
                :{" "}
              </>
            )}
            {evidenceWords(step.evidence)}
          </div>
        )}
        {step.override_reason !== "" && (
          <div dir="auto">
            {step.evidence ? "" : "Without an evaluation: "}
            {step.override_reason}
          </div>
        )}
      </div>
    </li>
  );
}

function History({ promotions }: { promotions: Promotions }) {
  const { history, stage, current } = promotions;
  return (
    <>
      <p className={classes.standing}>
        {stage === null ? "Never promoted." : <ToneBadge {...VERSION_STAGE_WORDS[stage]} />}
        {stage !== "current" && (
          <span className={classes.quiet}>
            {current === null ? (
              "No version of this kind is current."
            ) : (
              <>
                Current:{" "}
                <Anchor component={Link} to={`/models/${current.id}`}>
                  {current.name}
                </Anchor>
              </>
            )}
          </span>
        )}
      </p>
      <ol className={classes.steps}>
        {history.map((step) => (
          <Step key={step.id} step={step} />
        ))}
      </ol>
    </>
  );
}

/** How far a version has come, who decided so and on what grounds (R87). */
export function PromotionsSection({ model }: { model: ModelVersionDetail }) {
  const promotions = useQuery(promotionsQuery(model.id));
  return (
    <Section
      title="Stage"
      isSheet
      actions={promotions.data && <Actions model={model} promotions={promotions.data} />}
    >
      <Loaded query={promotions} skeleton={<LoadingShape height={48} />}>
        {(found) => <History promotions={found} />}
      </Loaded>
    </Section>
  );
}
