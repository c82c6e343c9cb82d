DROP TABLE test_orders;
DROP TABLE prescription_medications;
DROP TABLE prescriptions;
