import type { CampaignProgress, RaterReportJson, RaterReports } from '@agon/contract';

export type VoterRow = CampaignProgress['raters_by_votes'][number] & {
  /** Null: the board counts none of the votes. */
  readonly report: RaterReportJson | null;
};

/** Below this many votes reliability is what is believed of everybody beforehand. */
export const FEWEST_VOTES = 10;
/** Somebody who votes as expected gets below it once in a hundred times. */
const SUSPECT = 0.01;

export function voterRows(progress: CampaignProgress, { raters }: Pick<RaterReports, 'raters'>): VoterRow[] {
  const reports = new Map(raters.map((report) => [report.rater, report]));
  return progress.raters_by_votes.map((voter) => ({ ...voter, report: reports.get(voter.rater) ?? null }));
}

/** Whether the board leaves out all that the voter has cast. */
export const isQuarantined = ({ excluded, votes }: VoterRow): boolean => excluded >= votes;

/** Null where there are too few votes to say. */
export function reliabilityOf({
  report,
}: VoterRow): { readonly value: number; readonly low: number; readonly high: number } | null {
  if (report === null || report.votes < FEWEST_VOTES) return null;
  const { reliability: value, reliability_low: low, reliability_high: high } = report;
  return value === null || low === null || high === null ? null : { value, low, high };
}

/** Whose votes look like a habit, the clearest first. */
export function worthALook(rows: readonly VoterRow[]): (VoterRow & { readonly report: SuspectReport })[] {
  return rows
    .flatMap((row) => {
      const { report } = row;
      const evidence = report?.evidence ?? null;
      return report === null || evidence === null || evidence.p >= SUSPECT
        ? []
        : [{ ...row, report: { ...report, evidence } }];
    })
    .sort((x, y) => x.report.evidence.p - y.report.evidence.p);
}

type SuspectReport = RaterReportJson & { readonly evidence: NonNullable<RaterReportJson['evidence']> };
