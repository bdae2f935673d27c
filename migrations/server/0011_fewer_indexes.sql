-- Each index that is not in the order of time is a page more to write for every booking. A family's reservations are found through its
-- children; a receipt is of a family, and its number is made of its id.
DROP INDEX reservation_by_family;

CREATE TABLE receipt_of_family (
    commune_id uuid NOT NULL,
    family_id uuid NOT NULL,
    -- The operation's id.
    receipt_id uuid NOT NULL,
    -- ReceiptDto.
    body text NOT NULL,
    PRIMARY KEY (commune_id, family_id, receipt_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id)
);
INSERT INTO receipt_of_family (commune_id, family_id, receipt_id, body)
    SELECT commune_id, family_id, receipt_id, body FROM receipt;
DROP TABLE receipt;
ALTER TABLE receipt_of_family RENAME TO receipt;
