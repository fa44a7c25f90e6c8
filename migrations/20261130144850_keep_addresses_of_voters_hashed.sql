CREATE TABLE "voter_addresses" (
	"campaign_id" uuid NOT NULL,
	"rater_id" uuid NOT NULL,
	"address" text NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "voter_addresses_campaign_id_address_rater_id_pk" PRIMARY KEY("campaign_id","address","rater_id")
);
--> statement-breakpoint
CREATE INDEX "voter_addresses_age" ON "voter_addresses" USING btree ("last_at");