ALTER TABLE "calls" ADD COLUMN "leased_by" integer;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "readings_version" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "verdicts_reply" ON "verdicts" USING btree ("reply_id") WHERE "verdicts"."reply_id" is not null;