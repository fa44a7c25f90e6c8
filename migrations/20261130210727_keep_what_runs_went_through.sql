ALTER TABLE "calls" ADD COLUMN "fault_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "history" jsonb;