ALTER TABLE "snapshots" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "sha256" text;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "signature" text;