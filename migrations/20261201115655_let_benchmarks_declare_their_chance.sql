ALTER TABLE "benchmarks" ALTER COLUMN "chance" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "benchmarks" ALTER COLUMN "chance" DROP NOT NULL;--> statement-breakpoint
-- 0 stood for all benchmarks whose name said nothing; scores without a chance still count from 0
UPDATE "benchmarks" SET "chance" = NULL WHERE "chance" = 0;
