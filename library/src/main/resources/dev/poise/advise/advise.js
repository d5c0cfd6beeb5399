finish();
