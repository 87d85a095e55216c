import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import type { RatedInput } from "@/api/research-types";
import { SIMULATED_CHOICES } from "@/api/words";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { FilterSelect } from "@/components/filter-select";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { inputsQuery } from "./evaluation-queries";

function columnsOf(anchors: Readonly<Record<string, string>>): Column<RatedInput>[] {
  return [
    {
      key: "prompt",
      header: "Input",
      isRowHeader: true,
      cell: ({ id, excerpt }) => <ExcerptLink to={`/rankings/${id}`}>{excerpt}</ExcerptLink>,
    },
    { key: "value", header: "Rated", align: "end", cell: ({ input_toxicity: value }) => value },
    { key: "words", header: "In words", cell: ({ input_toxicity: value }) => anchors[String(value)] },
    { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
    { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
  ];
}

/** The rows behind the toxicity of the inputs of an evaluation: what each labeler said of each (R39). */
export function RatedInputsPage() {
  const evaluationId = Number(useParams().evaluationId);
  const [{ simulated }, setFilter] = useAddressFilters(["simulated"]);
  const rated = useInfiniteQuery(inputsQuery(evaluationId, simulated));
  const catalogue = useQuery(catalogueQuery);
  const scale = catalogue.data?.toxicity_scales.find(({ applies_to: appliesTo }) => appliesTo === "prompt");
  return (
    <RowsPage
      title={scale?.label ?? "Toxicity of the input"}
      lead="What sealed rankings say of their input, newest first. The mean of all of them is the figure."
      back={{ to: `/evaluations/${evaluationId}${simulated === "" ? "" : `?simulated=${simulated}`}`, label: "Evaluation" }}
      filters={
        <Toolbar label="Whose judgments count">
          <FilterSelect
            label="Simulated labelers"
            all="Left out"
            choices={SIMULATED_CHOICES}
            value={simulated}
            onChange={(value) => setFilter("simulated", value)}
          />
        </Toolbar>
      }
      query={rated}
      caption="Rated inputs"
      columns={columnsOf(scale?.anchors ?? {})}
      rowKey={({ id }) => id}
      empty={{ title: "No sealed ranking rates its input", remedy: "Ratings appear once they can no longer be taken back." }}
    />
  );
}
