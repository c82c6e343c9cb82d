DROP TABLE feedback;
DROP TABLE test_result_values;
DROP TABLE test_results;
DROP TABLE documents;
