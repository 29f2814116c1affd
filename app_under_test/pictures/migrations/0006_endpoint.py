from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('pictures', '0005_content'),
    ]

    operations = [
        migrations.RenameField(model_name='picture', old_name='door', new_name='endpoint'),
    ]
