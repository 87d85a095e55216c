import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { SearchFilter } from "@/components/search-filter";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { ROLES } from "./choices";
import { InvitationsSection } from "./invitations-section";
import { InvitePerson } from "./invite-person";
import { peopleQuery } from "./people-queries";
import { PeopleTable } from "./people-table";
import classes from "./people.module.css";
import { TokensSection } from "./tokens-section";

/** Everybody with an account here, and how somebody gets one. */
export function PeoplePage() {
  const [{ role, search }, setFilter] = useAddressFilters(["role", "search"]);
  const people = useInfiniteQuery(
    peopleQuery({ role: role || undefined, search: search || undefined }),
  );
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const [isInviting, setIsInviting] = useState(false);

  return (
    <>
      <PageHeader
        title="People"
        actions={
          isAdmin && (
            <>
              <LinkButton to="/audit" isQuiet>
                Audit
              </LinkButton>
              <Button onClick={() => setIsInviting(true)}>Invite somebody</Button>
            </>
          )
        }
      >
        Accounts on this installation. There are no passwords: links let people in once.
      </PageHeader>
      <Toolbar label="Filter the people">
        <SearchFilter
          label="Search"
          placeholder="Name or email"
          value={search}
          onChange={(value) => setFilter("search", value)}
        />
        <FilterSelect
          label="Role"
          all="All roles"
          choices={ROLES}
          value={role}
          onChange={(value) => setFilter("role", value)}
        />
      </Toolbar>
      <div className={classes.list}>
        <Loaded query={people} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyNote title="Nobody fits these filters">Search for less, or for another role.</EmptyNote>
            ) : (
              <>
                <PeopleTable people={rows} />
                <MoreButton list={people} />
              </>
            )
          }
        </Loaded>
      </div>
      {isAdmin && <InvitationsSection />}
      <TokensSection />
      <InvitePerson isOpen={isInviting} onClose={() => setIsInviting(false)} />
    </>
  );
}
