import type { AuditLog } from './audit-log.ts';
import type { BattleStore } from './battle-store.ts';
import type { BoardFeed } from './board-feed.ts';
import type { BoardStore } from './board-store.ts';
import type { CampaignStore } from './campaign-store.ts';
import type { Clock } from './clock.ts';
import type { ComparisonStore } from './comparison-store.ts';
import type { ContentStore } from './content-store.ts';
import type { ExportStore } from './export-store.ts';
import type { Ids } from './ids.ts';
import type { ImportStore } from './import-store.ts';
import type { RaterStore } from './rater-store.ts';
import type { TextRenderer } from './text-renderer.ts';
import type { TicketSigner } from './ticket-signer.ts';
import type { VoteStore } from './vote-store.ts';

/** Everything that use cases need from outside. Each names only what it uses: `Pick<Ports, …>`. */
export type Ports = {
  readonly campaigns: CampaignStore;
  readonly content: ContentStore;
  readonly raters: RaterStore;
  readonly battles: BattleStore;
  readonly votes: VoteStore;
  readonly comparisons: ComparisonStore;
  readonly boards: BoardStore;
  readonly imports: ImportStore;
  readonly exports: ExportStore;
  readonly audit: AuditLog;
  readonly feed: BoardFeed;
  readonly tickets: TicketSigner;
  readonly renderer: TextRenderer;
  readonly clock: Clock;
  readonly ids: Ids;
};
