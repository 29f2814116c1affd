from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pictures', '0002_promise'),
    ]

    operations = [
        migrations.AddField(
            model_name='picture',
            name='external_at',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='picture',
            name='process_id',
            field=models.CharField(blank=True, max_length=30),
        ),
    ]
