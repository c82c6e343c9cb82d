DROP TABLE appointment_events;
DROP TABLE appointments;
DROP TABLE slot_holds;
