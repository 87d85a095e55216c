/** What the parts say that every workplace is made of. */
export const workplace = {
  invisible: "An invisible character stands here",
  emptyText: "(empty)",
} as const;
