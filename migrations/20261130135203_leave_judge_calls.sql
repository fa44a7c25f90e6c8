DROP TABLE "judge_calls" CASCADE;--> statement-breakpoint
DROP TABLE "judge_runs" CASCADE;--> statement-breakpoint
ALTER TABLE "verdicts" DROP COLUMN "raw";--> statement-breakpoint
ALTER TABLE "verdicts" DROP COLUMN "prompt_tokens";--> statement-breakpoint
ALTER TABLE "verdicts" DROP COLUMN "cached_tokens";--> statement-breakpoint
ALTER TABLE "verdicts" DROP COLUMN "completion_tokens";--> statement-breakpoint
ALTER TABLE "verdicts" DROP COLUMN "cost_usd";--> statement-breakpoint
ALTER TABLE "verdicts" DROP COLUMN "latency_ms";